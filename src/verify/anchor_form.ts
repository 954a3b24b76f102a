/** Whether a line's JSON has the form of an anchor: its fields in their order, each of its type. */
export function anchorFormProblem(value: Readonly<Record<string, unknown>>): string | null {
  const names = Object.keys(value).join();
  if (names !== NAMES) return `has the fields ${names}, expected ${NAMES}`;
  const wrong = FORM.find(([name, , fits]) => !fits(value[name]));
  if (wrong === undefined) return null;
  const [name, form] = wrong;
  return `${name} is ${JSON.stringify(value[name])}, expected ${form}`;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isHash = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isText = (value: unknown): boolean => typeof value === "string";

function isLengths(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((length) =>
    Array.isArray(length) && length.length === 2 && length.every(isCount)
  );
}

const FORM: readonly (readonly [name: string, form: string, fits: (value: unknown) => boolean])[] = [
  ["schema", '"nore/anchor"', (value) => value === "nore/anchor"],
  ["v", "1", (value) => value === 1],
  ["run_id", "a text", isText],
  ["i", "a count", isCount],
  ["first", "an event's number", isCount],
  ["last", "an event's number", isCount],
  ["head", "64 hex digits", isHash],
  ["prev", "64 hex digits", isHash],
  ["files", "[bytes, lines] by path", isLengths],
  ["ts", "unix milliseconds", isCount],
  ["final", "true or false", (value) => typeof value === "boolean"],
  ["key_id", "a text", isText],
  ["sig", "a text", isText],
];
const NAMES = FORM.map(([name]) => name).join();
