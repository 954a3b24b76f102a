import { test } from "uvu";
import * as assert from "uvu/assert";
import { inSchemaOrder, schemaBelow, type SchemaNode, schemaOf } from "../../src/core/config_schema.ts";

const amount: SchemaNode = { type: "string" };
const schema: SchemaNode = {
  type: "object",
  properties: {
    b: { type: "array", items: { properties: { z: { type: "integer" }, y: { type: "integer" } } } },
    a: { $ref: "#/$defs/amount" },
    free: { type: "object" },
    lost: { $ref: "#/$defs/lost" },
  },
  $defs: { amount },
};

test("schemaOf() goes down properties, entries and free objects, and says where there is nothing", () => {
  assert.is(schemaOf(schema, "a", schema), amount);
  assert.is(schemaOf(schema, "c", schema), null);
  assert.is(schemaOf(schema, "toString", schema), null);
  assert.is(schemaOf(amount, "length", schema), null);
  assert.is(schemaOf(schema.properties!["b"]!, "7", schema), schema.properties!["b"]!.items);
  assert.equal(schemaOf(schema.properties!["free"]!, "any", schema), {});
  assert.equal(schemaOf({}, "any", schema), {});
  assert.equal(schemaBelow(schema, "c", schema), {});
});

test("schemaOf() throws for a reference to nothing", () => {
  assert.throws(() => schemaOf(schema, "lost", schema), /Schema has no "#\/\$defs\/lost"/);
});

test("inSchemaOrder() orders keys by the schema, and free ones by name", () => {
  const value = { x: 1, free: { d: 1, c: [{ f: null, e: 2 }] }, a: "1", b: [{ y: 1, z: 2 }], "B": 0 };
  assert.is(
    JSON.stringify(inSchemaOrder(value, schema, schema)),
    '{"b":[{"z":2,"y":1}],"a":"1","free":{"c":[{"e":2,"f":null}],"d":1},"B":0,"x":1}',
  );
});

test("inSchemaOrder() keeps a key called __proto__ a plain key", () => {
  const value = JSON.parse('{"free":{"__proto__":{"x":1}}}');
  assert.is(JSON.stringify(inSchemaOrder(value, schema, schema)), '{"free":{"__proto__":{"x":1}}}');
});

test.run();
