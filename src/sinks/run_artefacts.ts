import { formatLine } from "../core/journal_line.ts";
import type { Files } from "../core/ports.ts";
import { writeArtefact, writeAtomic } from "./atomic_file.ts";
import { portfolioOf, type ReportFacts, reportOf } from "./report.ts";
import { reportPage } from "./report_page.ts";
import type { Segment } from "./run_position.ts";
import { SegmentedFile } from "./segmented_file.ts";
import type { Tally } from "./tally.ts";

/** What a run shows beside its queues: metrics.json and its snapshots, portfolio.json, report.json. Views only: the queues decide. */
export class RunArtefacts {
  readonly #options: RunArtefactOptions;
  readonly #snapshots: SegmentedFile;
  #refreshedTs: number;
  #snapshotTs: number;

  constructor(options: RunArtefactOptions) {
    this.#options = options;
    const { files, runFolder, rotateBytes, snapshots } = options;
    this.#snapshots = new SegmentedFile(files, runFolder, "metrics", rotateBytes, snapshots);
    this.#refreshedTs = options.startedTs;
    this.#snapshotTs = options.startedTs;
  }

  isDue(ts: number): boolean {
    return ts - this.#refreshedTs >= this.#options.metricsEveryMs;
  }

  /** Call when what the figures count is committed. */
  refresh(tally: Tally, facts: ReportFacts, ts: number): void {
    this.#refreshedTs = ts;
    const report = reportOf(tally, facts);
    const { isDurable } = this.#options;
    this.#write("metrics.json", { ...report, schema: "nore/metrics" }, isDurable);
    this.#write("portfolio.json", this.#portfolio(tally, facts), isDurable);
    if (ts - this.#snapshotTs >= this.#options.snapshotEveryMs) this.#addSnapshot(report, ts);
    this.#snapshots.write(); // also what a full disk has kept back
  }

  /** After the final anchor. It may be called again where it has thrown: every file is then written anew. */
  finish(tally: Tally, facts: ReportFacts, ts: number): Readonly<Record<string, unknown>> {
    const report = reportOf(tally, facts);
    this.#write("portfolio.json", this.#portfolio(tally, facts), true);
    this.#write("metrics.json", { ...report, schema: "nore/metrics" }, true);
    writeReport(this.#options.files, this.#options.runFolder, report);
    this.#addSnapshot(report, ts);
    this.#snapshots.write();
    this.#snapshots.sync();
    this.#snapshots.close();
    return report;
  }

  #addSnapshot(report: Readonly<Record<string, unknown>>, ts: number): void {
    this.#snapshotTs = ts;
    this.#snapshots.add(formatLine(JSON.stringify({ ts, ...report, schema: "nore/metrics" })));
  }

  #portfolio(tally: Tally, facts: ReportFacts): Readonly<Record<string, unknown>> {
    const { strategies } = this.#options;
    return portfolioOf(tally, { run_id: facts.run_id, n: facts.last_n, strategies });
  }

  #write(name: string, fields: Readonly<Record<string, unknown>>, sync: boolean): void {
    const { files, runFolder } = this.#options;
    writeArtefact(files, `${runFolder}/${name}`, fields, { sync });
  }
}

/** For programs and for the eye; written anew where more is known of a run that is closed. */
export function writeReport(
  files: Files,
  runFolder: string,
  report: Readonly<Record<string, unknown>>,
): void {
  writeArtefact(files, `${runFolder}/report.json`, report);
  writeAtomic(files, `${runFolder}/report.html`, reportPage(report));
}

export interface RunArtefactOptions {
  readonly files: Files;
  readonly runFolder: string;
  readonly strategies: readonly string[];
  readonly startedTs: number;
  readonly metricsEveryMs: number;
  readonly snapshotEveryMs: number;
  readonly rotateBytes: number;
  readonly isDurable: boolean;
  /** Of metrics.jsonl, where a run goes on. */
  readonly snapshots?: readonly Segment[];
}
