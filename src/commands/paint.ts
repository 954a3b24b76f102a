/** Colours for the one word that matters: whether it is good. */
export type Color = "green" | "yellow" | "red";

const CODE: Readonly<Record<Color, number>> = { red: 31, green: 32, yellow: 33 };

export function paint(text: string, color: Color, hasColor: boolean): string {
  return hasColor ? `\x1b[${CODE[color]}m${text}\x1b[0m` : text;
}
