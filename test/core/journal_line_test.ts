import fc from "fast-check";
import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatLine, openArtefact, parseLine, sealArtefact } from "../../src/core/journal_line.ts";
import { sampleEvents } from "../support/sample_events.ts";

const anyJson = fc.json({ stringUnit: "binary" });
const anyFields = fc.dictionary(
  fc.string().filter((name) => name !== "sha256" && name !== "__proto__" && !/^\d+$/.test(name)),
  fc.jsonValue().filter((value) => !Object.is(value, -0)),
);
const sampleJson = JSON.stringify(sampleEvents.order_intent);

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Every text that one flipped bit makes of an ASCII text. */
function* flips(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    for (let bit = 1; bit < 128; bit *= 2) {
      yield text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ bit) + text.slice(at + 1);
    }
  }
}

/** One character of a text replaced, left out, doubled or put in. */
const anyEdit = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  cut: fc.nat(1),
  put: fc.string({ unit: "binary", maxLength: 1 }),
});

function edited(
  text: string,
  edit: { readonly at: number; readonly cut: number; readonly put: string },
): string {
  const at = Math.floor(edit.at * text.length);
  return text.slice(0, at) + edit.put + text.slice(at + edit.cut);
}

test("formatLine() is sha256:<hash>:<json> and a newline", () => {
  assert.is(formatLine('{"a":"€"}'), `sha256:${digest('{"a":"€"}')}:{"a":"€"}\n`);
});

test("parseLine() gives back what formatLine() was given", () => {
  fc.assert(fc.property(anyJson, (json) => {
    const line = formatLine(json);
    assert.equal(parseLine(line.slice(0, -1)), { ok: true, json, hash: digest(json) });
  }));
});

test("parseLine() finds every flipped bit of a line", () => {
  let count = 0;
  for (const line of flips(formatLine(sampleJson).slice(0, -1))) {
    assert.is(parseLine(line).ok, false, line);
    count++;
  }
  assert.is(count, (7 + 64 + 1 + sampleJson.length) * 7);
});

test("parseLine() finds any changed, missing or additional character", () => {
  fc.assert(fc.property(anyJson, anyEdit, (json, edit) => {
    const line = formatLine(json).slice(0, -1);
    fc.pre(edited(line, edit) !== line);
    assert.is(parseLine(edited(line, edit)).ok, false);
  }));
});

test("parseLine() says what is wrong", () => {
  const hash = digest("{}");
  const form = "not of the form sha256:<64 hex>:<json>";
  const cases: readonly (readonly [string, string])[] = [
    ["", form],
    ["{}", form],
    [`sha256:${hash}`, form],
    [`sha256:${hash.slice(1)}:{}`, form],
    [`SHA256:${hash}:{}`, form],
    [`sha256:${hash}:{} `, `hash is ${hash}, the bytes give ${digest("{} ")}`],
    [`sha256:${hash.toUpperCase()}:{}`, `hash is ${hash.toUpperCase()}, the bytes give ${hash}`],
  ];
  for (const [line, problem] of cases) assert.equal(parseLine(line), { ok: false, problem }, line);
});

test("sealArtefact() puts sha256 first, over the text with 64 zeros in its place", () => {
  const text = sealArtefact({ schema: "nore/cursor", v: 1 });
  const zeros = `{"sha256":"${"0".repeat(64)}","schema":"nore/cursor","v":1}`;
  assert.is(text, zeros.replace("0".repeat(64), digest(zeros)));
});

test("openArtefact() gives back what sealArtefact() was given", () => {
  fc.assert(fc.property(anyFields, (fields) => {
    const { sha256, ...rest } = openArtefact(sealArtefact(fields));
    assert.match(String(sha256), /^[0-9a-f]{64}$/);
    assert.equal(rest, JSON.parse(JSON.stringify(fields)));
  }));
});

test("openArtefact() opens an artefact that holds 64 zeros elsewhere too", () => {
  const fields = { prev: "0".repeat(64) };
  assert.is(openArtefact(sealArtefact(fields))["prev"], "0".repeat(64));
});

test("sealArtefact() gives the same text again for fields that openArtefact() gave", () => {
  const text = sealArtefact({ prev: "0".repeat(64), v: 1 });
  assert.is(sealArtefact(openArtefact(text)), text);
});

test("openArtefact() finds every flipped bit of an artefact", () => {
  for (
    const text of flips(
      sealArtefact({ run_id: "20261121_220000", n: [1, 2, null], sha256_of: "0".repeat(64) }),
    )
  ) {
    assert.throws(() => openArtefact(text), /^(sha256 is |does not begin with )/, text);
  }
});

test("openArtefact() finds any changed, missing or additional character", () => {
  fc.assert(fc.property(anyFields, anyEdit, (fields, edit) => {
    const text = sealArtefact(fields);
    fc.pre(edited(text, edit) !== text);
    assert.throws(() => openArtefact(edited(text, edit)));
  }));
});

test.run();
