import { redact } from "../core/secrets.ts";
import type { Replay } from "../night/replay_run.ts";

/** The first difference in words: where it is, what was recorded, what the replay gives. */
export function explainDifference(difference: NonNullable<Replay["difference"]>): readonly string[] {
  const { field, recorded, replayed } = difference;
  const values = [`  recorded ${shown(recorded)}`, `  replayed ${shown(replayed)}`];
  if ("file" in difference) return [`${difference.file}, ${field}:`, ...values];
  const { n, type, kind, instead } = difference;
  const event = `Event ${n}${type === null ? "" : ` (${type})`}`;
  switch (kind) {
    case "one more":
      return [`${event}: the replay gives one more`, ...values];
    case "one less":
      return [`${event}: the replay gives one less`, ...values];
    case "failed":
      return [`${event}: the replay fails before it`, ...values];
    case "other":
      return [
        `${event}, ${field}:`,
        ...values,
        ...(field === "type" ? [`  it gives ${shown(instead)}`] : []),
      ];
  }
}

const VALUE_CHARACTERS_MAX = 800;

function shown(value: unknown): string {
  const text = redact(JSON.stringify(value) ?? "nothing");
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text;
}
