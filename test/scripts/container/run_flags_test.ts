import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readService } from "../../../scripts/container/run_flags.ts";
import { parseStrictYaml } from "../../../src/core/strict_yaml.ts";
import { parseDuration } from "../../../src/core/time_text.ts";
import { configWith } from "../../support/repo_config.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const compose = read("compose.yaml");
const { flags, command } = readService(compose, "nore");
const service = (parseStrictYaml(compose) as {
  readonly services: { readonly nore: Readonly<Record<string, unknown>> };
}).services.nore;
const dockerfile = read("Dockerfile");

test("compose.yaml is run by docker with the same limits, key by key", () => {
  assert.equal(flags, {
    user: ["--user=65534:65534"],
    read_only: ["--read-only"],
    cap_drop: ["--cap-drop=ALL"],
    security_opt: ["--security-opt=no-new-privileges:true"],
    tmpfs: ["--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=64m"],
    mem_limit: ["--memory=512m"],
    memswap_limit: ["--memory-swap=512m"],
    cpus: ["--cpus=1"],
    pids_limit: ["--pids-limit=64"],
    ulimits: ["--ulimit=nofile=1024", "--ulimit=core=0"],
    network_mode: ["--network=none"],
    restart: ["--restart=no"],
    stop_grace_period: ["--stop-timeout=15"],
    volumes: ["--volume=var:/app/var", "--volume=mirror:/mirror"],
  });
  assert.equal(
    Object.keys({ build: "", image: "", ...flags, command: "" }).sort(),
    Object.keys(service).sort(),
  );
});

test("compose.yaml allows no swap, and more time for an end in order than it takes", () => {
  assert.is(service["memswap_limit"], service["mem_limit"]);
  assert.ok(parseDuration(String(service["stop_grace_period"])) > 10_000);
});

test("compose.yaml asks for a hardened night and writes where the image lets it", () => {
  const sets = command.filter((_, i) => command[i - 1] === "--set");
  const config = configWith(sets);
  assert.is(config.container.require_hardened, true);
  const targets = (service["volumes"] as readonly string[]).map((volume) => volume.split(":")[1]);
  const folder = /^WORKDIR (.*)$/m.exec(dockerfile)![1];
  assert.equal(targets, [`${folder}/${config.queues.base_dir}`, config.audit.anchor_mirror]);
  assert.equal(JSON.parse(/^VOLUME (.*)$/m.exec(dockerfile)![1]!), targets);
  assert.is(/^USER (.*)$/m.exec(dockerfile)![1], service["user"]);
});

test("readService() refuses a key that docker would not be told of, and a service that is not there", () => {
  assert.throws(
    () => readService("services: { a: { privileged: true, command: [] } }", "a"),
    /no flag of docker run is known for "privileged"/,
  );
  assert.throws(() => readService("services: {}", "a"), /no service "a"/);
});

test.run();
