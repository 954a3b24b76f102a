import { test } from "uvu";
import * as assert from "uvu/assert";
import { mutantsOf } from "../../scripts/rego_mutants.ts";

const SOURCE = `package nore.some

default allow := false

allow if {
	is_fine
	count(denials) == 0
}

is_fine if input.type == "fine"

_table := {
	"a": 1,
}

denials contains "SOME_ONE" if not is_fine

denials contains "SOME_TWO" if {
	is_fine
	not other
}
`;

test("mutantsOf() takes away each denial, and each condition of a body", () => {
  const mutants = mutantsOf(SOURCE);
  assert.equal(mutants.map(({ line, what }) => `${line} ${what}`), [
    "6 is_fine",
    "7 count(denials) == 0",
    '10 input.type == "fine"',
    "16 SOME_ONE",
    "18 SOME_TWO",
    "19 is_fine",
    "20 not other",
  ]);
  const [, , helper, one, two, condition] = mutants;
  assert.is(helper!.text, SOURCE.replace('is_fine if input.type == "fine"', "is_fine if true"));
  assert.not.match(one!.text, "SOME_ONE");
  assert.match(one!.text, "SOME_TWO");
  assert.is(two!.text, SOURCE.slice(0, SOURCE.indexOf('denials contains "SOME_TWO"')));
  assert.is(condition!.text, SOURCE.replace('"SOME_TWO" if {\n\tis_fine\n', '"SOME_TWO" if {\n'));
});

test.run();
