import { test } from "uvu";
import * as assert from "uvu/assert";
import { paint } from "../../src/commands/paint.ts";

test("paint() colours a word where there is colour, else leaves it", () => {
  assert.is(paint("PASS", "green", true), "\x1b[32mPASS\x1b[0m");
  assert.is(paint("STOPPED", "yellow", true), "\x1b[33mSTOPPED\x1b[0m");
  assert.is(paint("DAMAGED", "red", true), "\x1b[31mDAMAGED\x1b[0m");
  assert.is(paint("PASS", "green", false), "PASS");
});

test.run();
