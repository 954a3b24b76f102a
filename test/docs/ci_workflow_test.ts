import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";

/** What a push has to pass before anything is released, as .github/workflows/ci.yml says it. */

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly steps: readonly Step[];
  readonly permissions?: unknown;
  readonly "continue-on-error"?: unknown;
}
interface Workflow {
  readonly on: { readonly push: { readonly branches: readonly string[]; readonly tags: readonly string[] } };
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const text = read(".github/workflows/ci.yml");
const { on, permissions, jobs } = parse(text) as Workflow;
const commandsOf = (name: string): string => jobs[name]!.steps.map(({ run }) => run ?? "").join("\n");

test("ci.yml has four stages, and the last needs all others", () => {
  assert.equal(Object.keys(jobs), ["test", "policy", "container", "release"]);
  assert.equal(jobs["container"]!.needs, ["test", "policy"]);
  assert.equal(jobs["release"]!.needs, ["test", "policy", "container"]);
});

test("ci.yml lets no stage fail unseen", () => {
  assert.not.match(text, /continue-on-error|\|\| true|\balways\(\)/);
});

test("ci.yml checks each push, and releases tags of versions alone", () => {
  assert.equal(on.push, { branches: ["**"], tags: ["v*"] });
  assert.is(jobs["release"]!.if, "startsWith(github.ref, 'refs/tags/v')");
  for (const name of ["test", "policy", "container"]) assert.is(jobs[name]!.if, undefined, name);
});

test("ci.yml runs in each stage what the stage is for", () => {
  assert.match(commandsOf("test"), "bash .ci/run");
  for (const command of ["npm run secrets\n", "npm run secrets:github", "npm run policy", "regal lint"]) {
    assert.ok(commandsOf("policy").includes(command), command);
  }
  assert.match(commandsOf("container"), "npm run container");
  assert.match(commandsOf("release"), "sha256sum");
});

test("ci.yml may read the repository and nothing else, and sends nothing to a registry", () => {
  assert.equal(permissions, { contents: "read" });
  for (const [name, job] of Object.entries(jobs)) assert.is(job.permissions, undefined, name);
  assert.not.match(text, /docker (?:push|login)|npm publish/);
});

test("ci.yml pins every action to a major version", () => {
  const actions = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  assert.ok(actions.length > 8);
  assert.equal(actions.filter((action) => !/^[\w-]+\/[\w-]+@v[0-9]+$/.test(action)), []);
});

test("ci.yml calls scripts that exist", () => {
  const { scripts, c8 } = JSON.parse(read("package.json")) as {
    readonly scripts: Readonly<Record<string, string>>;
    readonly c8: Readonly<Record<string, unknown>>;
  };
  const called = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
  assert.ok(called.length > 3);
  assert.equal(called.filter((name) => !Object.hasOwn(scripts, name)), []);
  const files = [...text.matchAll(/\bbash (\S+)/g)].map(([, path]) => path!);
  assert.equal(files.filter((path) => !existsSync(new URL(path, root))), []);
  for (const kind of ["lines", "branches", "functions", "statements"]) assert.is(c8[kind], 90, kind);
  assert.is(c8["check-coverage"], true);
});

test.run();
