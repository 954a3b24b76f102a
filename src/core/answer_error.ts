/**
 * The other side has answered, but with something that nobody can take for an answer: it is to blame, not the line to
 * it. The message begins with a name in capitals.
 */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
}
