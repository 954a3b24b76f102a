import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasPython, python } from "../support/verify_py.ts";

/** The document's examples are one script: they must hold as they stand there. */

const document = readFileSync(new URL("../../docs/verify_without_us.md", import.meta.url), "utf8");

if (hasPython()) {
  test("docs/verify_without_us.md has examples that hold", async () => {
    const script = [...document.matchAll(/^```python\n([\s\S]*?)^```$/gm)].map(([, code]) => code).join("");
    assert.ok(script.split("assert ").length > 10, "its assertions are found");
    const { code, stderr } = await python(["-c", script]);
    assert.is(stderr, "");
    assert.is(code, 0);
  });
} else test.skip("docs/verify_without_us.md has examples that hold", () => {});

test.run();
