import { test } from "uvu";
import * as assert from "uvu/assert";
import { AnswerError } from "../../src/core/answer_error.ts";

test("AnswerError is an error that is told from others by its class and its name", () => {
  const error = new AnswerError("TOO_LONG: the answer is longer than 9 bytes");
  assert.instance(error, Error);
  assert.is(String(error), "AnswerError: TOO_LONG: the answer is longer than 9 bytes");
  assert.not(new Error("TOO_LONG") instanceof AnswerError);
});

test.run();
