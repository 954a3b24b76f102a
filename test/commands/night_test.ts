import { test } from "uvu";
import * as assert from "uvu/assert";
import { night } from "../../src/commands/night.ts";
import { nore } from "../../src/commands/nore.ts";

test("night has the options of every night but those that it decides itself", () => {
  const own = Object.keys(nore.options).filter((name) => !(name in night.options));
  assert.equal(own.sort(), ["json", "mode"]);
});

test.run();
