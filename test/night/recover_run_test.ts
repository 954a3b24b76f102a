import { test } from "uvu";
import { needOf } from "../../src/commands/recover.ts";
import { recoverRun, type RecoverRunOptions, recoverViews } from "../../src/night/recover_run.ts";
import { readManifest, readContracts } from "../../src/night/run_basis.ts";
import { virtualClock } from "../../src/edge/clocks.ts";
import { EMBEDDED_SYMBOLS } from "../../src/streams/sources/embedded/symbols.ts";
import { type MemoryFiles, memoryFiles } from "../support/memory_files.ts";
import { shortConfig, shortNight } from "../support/short_night.ts";
import { SIM_START_TS, simSigner, type SimNight } from "../support/sim_night.ts";
import { verifyInMemory } from "../support/verify_in_memory.ts";

const disk = memoryFiles();
const moments: {call: string, at: Map<string, Uint8Array>, lost: MemoryFiles}[] = [];
let gate: any, night!: SimNight;
disk.fault = (call, path) => { moments.push({ call: `${call} ${path}`, at: new Map(disk.contents), lost: disk.afterPowerLoss() }); };
night = await shortNight({ files: disk, onOpened(run) { gate = run.gate; return run; } });
console.log(moments.length, night.verdict);
function copy(contents: ReadonlyMap<string, Uint8Array>): MemoryFiles { const f = memoryFiles(); for (const [p, b] of contents) f.contents.set(p, b); return f; }
async function recoverIt(files: MemoryFiles): Promise<string> {
  const { runFolder, varFolder } = night;
  const v = verifyInMemory(night, files);
  const need = needOf(v, (name) => files.exists(`${runFolder}/${name}`));
  if (need === "damaged" || need === "nothing") return need;
  const options: RecoverRunOptions = { files, clock: virtualClock(SIM_START_TS + 60000), signer: simSigner, varFolder, runFolder, manifest: readManifest(files, runFolder), config: shortConfig, contracts: readContracts(files, runFolder), gate, symbols: new Map([...EMBEDDED_SYMBOLS].map(([s, { rules }]) => [s, rules])), print: () => {} };
  if (need === "views") await recoverViews(options);
  else { const c = await recoverRun(options); if (c.problems.length) console.log(c.problems); }
  const after = verifyInMemory(night, files);
  if (!after.ok || !after.complete) return "BAD " + need + JSON.stringify(after.findings.problems.slice(0, 5));
  return need;
}
const counts: Record<string, number> = {};
const t = performance.now();
for (const [i, m] of moments.entries()) for (const kind of ["at", "lost"] as const) {
  const files = kind === "at" ? copy(m.at) : m.lost;
  let r: string;
  try { r = await recoverIt(files); } catch (e) { r = "THROW " + (e as Error).stack; }
  const key = kind + " " + r.slice(0, 10); counts[key] = (counts[key] ?? 0) + 1;
  if (/BAD|THROW/.test(r)) console.log(i, m.call, kind, r.slice(0, 1500));
  if (r === "damaged" && moments.findIndex(x => /write .*lifecycle\/inbox/.test(x.call)) < i) console.log("damaged late", i, m.call, kind, JSON.stringify(verifyInMemory(night, files).findings.problems.slice(0,3)));
  if ((counts["x"] ?? 0) > 10) break;
}
console.log(counts, performance.now() - t);
test.run();
