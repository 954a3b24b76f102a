import { isAnchorDue } from "../core/audit_chain.ts";
import type { AnyDraft, Event, EventType, PermittedDraft } from "../core/event.ts";
import { formatLine } from "../core/journal_line.ts";
import type { Clock, Deadletter, Files, QueueSink, Signer } from "../core/ports.ts";
import { AnchorLog, type FileLength } from "./anchor_log.ts";
import type { AnchorMirror } from "./anchor_mirror.ts";
import type { Ballast } from "./ballast.ts";
import { DiskFaults } from "./disk_faults.ts";
import { EventForm } from "./event_form.ts";
import { QueueFiles } from "./queue_files.ts";
import type { OwedAnchor, RunPosition, Segment } from "./run_position.ts";
import { SegmentedFile } from "./segmented_file.ts";

/**
 * The log of a run on disk. It numbers events, writes whole turns, syncs what must not be lost before anyone sees it,
 * and anchors the chain. It never decides what is true: only what is admitted comes here.
 */
export interface JournalOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly ballast: Ballast;
  readonly runFolder: string;
  readonly runId: string;
  readonly cmdlineHash: string;
  readonly genesis: string;
  /** Queue → the roles that read it. */
  readonly queues: ReadonlyMap<string, readonly string[]>;
  readonly queueOf: (type: EventType) => string;
  /** The second place for anchors. */
  readonly mirror: AnchorMirror;
  readonly rotateBytes: number;
  readonly commitLines: number;
  readonly diskFreeBytesMin: number;
  /** False in virtual time: one sync, at the end. */
  readonly isDurable: boolean;
  /** Where a run that goes on stands: what is behind it must be cut off the files. Left out for a new run. */
  readonly position?: RunPosition;
}

/** Real time: an anchor is due a little before its second is over. */
const ANCHOR_AGE_MS = 900;

export class Journal implements QueueSink {
  readonly #options: JournalOptions;
  readonly #queues: readonly QueueFiles[];
  readonly #queueOfType = new Map<EventType, QueueFiles>();
  readonly #anchorFile: SegmentedFile;
  readonly #anchors: AnchorLog;
  readonly #anchoredLines = new Map<SegmentedFile, number>();
  readonly #faults: DiskFaults;
  readonly #form: EventForm;
  #n: number;
  #ts: number;
  #isTurnOpen = false;
  #isUrgent = false;
  #pendingLines = 0;
  #hasEnded: boolean;
  #isFinished = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    const { files, runFolder, runId, rotateBytes, position } = options;
    const { ballast, diskFreeBytesMin: freeBytesMin } = options;
    this.#faults = new DiskFaults({ files, ballast, folder: runFolder, freeBytesMin });
    this.#form = new EventForm(runId, options.cmdlineHash);
    this.#n = position?.nextN ?? 0;
    this.#ts = position?.ts ?? 0;
    this.#hasEnded = position?.hasEnded ?? false;
    this.#queues = [...options.queues].map(([name, consumers]) => {
      const queue = { files, folder: `${runFolder}/queues/${name}`, name, runId, consumers, rotateBytes };
      return new QueueFiles({ ...queue, position: position?.queues.get(name) ?? null });
    });
    if (position === undefined) { for (const queue of this.#queues) queue.writeCursor(); }
    const audit = `${runFolder}/audit`;
    files.makeDirectory(audit);
    const { genesis, signer, mirror } = options;
    const anchors = position?.anchors ?? null;
    this.#anchorFile = new SegmentedFile(files, audit, "anchors", Infinity, anchors?.segments);
    const places = [this.#anchorFile, mirror];
    this.#anchors = new AnchorLog({ runId, genesis, signer, places, position: anchors });
    if (anchors !== null) this.#writeOwed(anchors.owed);
  }

  /** n of the last event, −1 for none. */
  get lastN(): number {
    return this.#n - 1;
  }
  /** Chain head at the last anchor. */
  get head(): string {
    return this.#anchors.head;
  }
  /** Deadletters of all queues. */
  get deadletters(): number {
    return this.#queues.reduce((sum, { deadletter }) => sum + deadletter.lines, 0);
  }
  /** Log time: of the last event. */
  get ts(): number {
    return this.#ts;
  }

  append(draft: PermittedDraft): Event {
    if (!this.#isTurnOpen) this.#openTurn(draft.ts);
    const { ts, type } = draft;
    const id = this.#form.idOf(this.#n);
    const line = formatLine(this.#form.jsonOf(id, draft));
    const queue = this.#queueFor(type);
    queue.inbox.add(line);
    queue.lastN = this.#n;
    this.#anchors.add(line.slice(7, 71), ts);
    this.#n++;
    this.#ts = ts;
    this.#pendingLines++;
    this.#isUrgent ||= isUrgent(draft);
    if (draft.type === "lifecycle" && draft.payload.what === "ended") this.#hasEnded = true;
    return this.#form.eventOf(id, draft);
  }

  /** Anchors what is due. A fault comes back as from endTurn, before the turn: nothing trades in it then. */
  beginTurn(ts: number): AnyDraft | null {
    this.#anchorDue(Math.max(this.#ts, ts));
    return this.#takeFault();
  }

  endTurn(): AnyDraft | null {
    this.#isTurnOpen = false;
    if (this.#isUrgent || this.#pendingLines >= this.#options.commitLines) this.commit();
    return this.#takeFault();
  }

  /** Writes whole turns, and syncs them where the run is durable. Call between turns. */
  commit(): void {
    this.#commit(this.#options.isDurable);
  }

  /** Real time: commits and anchors what has waited long enough. Gives a fault that must stop the night, as endTurn does. */
  flushAged(): AnyDraft | null {
    if (this.#pendingLines > 0) this.commit();
    if (
      this.#anchors.waiting > 0 && this.#options.clock.now() - this.#anchors.waitingSinceTs >= ANCHOR_AGE_MS
    ) {
      this.#anchor(false);
    }
    return this.#takeFault();
  }

  deadletter(letter: Deadletter): void {
    const queue = this.#queues.find(({ name }) => name === letter.queue);
    if (queue === undefined) throw new Error(`No queue ${JSON.stringify(letter.queue)} for a deadletter`);
    this.#refuseWhenFinished();
    queue.addDeadletter(letter);
    this.#pendingLines++;
  }

  /** Throws, when all is written and closed, a fault that came too late for the log to say it. */
  finish(): void {
    this.#refuseWhenFinished();
    this.#anchor(true);
    this.#isFinished = true;
    this.#faults.must(() => {
      for (const queue of this.#queues) for (const file of queue.all) file.close();
      this.#anchorFile.close();
      this.#options.mirror.close();
    });
    this.#faults.throwUnsaid();
  }

  #openTurn(ts: number): void {
    this.#refuseWhenFinished();
    this.#isTurnOpen = true;
    this.#anchorDue(ts);
  }

  #anchorDue(ts: number): void {
    const { waiting, waitingSinceTs } = this.#anchors;
    if (isAnchorDue(waiting, waitingSinceTs, ts)) this.#anchor(false);
  }

  #refuseWhenFinished(): void {
    if (this.#isFinished) throw new Error("The journal has its final anchor: nothing is written after it");
  }

  #commit(sync: boolean): void {
    this.#faults.must(() => {
      for (const queue of this.#queues) {
        queue.inbox.write();
        queue.deadletter.write();
      }
      if (!sync) return;
      // What refused input is lost for good; no ack says of a line that it is there before it is.
      for (const kind of ["deadletter", "inbox", "acks"] as const) {
        for (const queue of this.#queues) queue[kind].sync();
      }
    });
    this.#isUrgent = false;
    this.#pendingLines = 0;
  }

  #queueFor(type: EventType): QueueFiles {
    const known = this.#queueOfType.get(type);
    if (known !== undefined) return known;
    const name = this.#options.queueOf(type);
    const queue = this.#queues.find((candidate) => candidate.name === name);
    if (queue === undefined) throw new Error(`No queue ${JSON.stringify(name)} for events of type ${type}`);
    this.#queueOfType.set(type, queue);
    return queue;
  }

  /**
   * In this order: events, acks, cursors, anchor. In virtual time nothing is durable before the end, so cursors do not
   * move before it either.
   */
  #anchor(final: boolean): void {
    const sync = this.#options.isDurable || final;
    this.#commit(sync);
    const changed = final ? this.#queues : this.#queues.filter((queue) => queue.hasUnacked);
    for (const queue of changed) queue.ack(this.#ts);
    const write = (file: SegmentedFile | AnchorMirror) => this.#write(file, sync);
    // Nothing comes behind the final anchor, so it must not say of a cursor that it is where it is not.
    const orStop = (work: () => void) => final ? this.#faults.must(work) : this.#faults.may(work);
    this.#faults.must(() => changed.forEach(({ acks }) => write(acks)));
    if (sync) orStop(() => changed.forEach((queue) => queue.writeCursor()));
    this.#anchors.anchor(this.#lengths(final), { ts: this.#ts, final });
    this.#faults.must(() => write(this.#anchorFile));
    orStop(() => write(this.#options.mirror));
    this.#faults.checkFreeSpace();
  }

  #write(file: SegmentedFile | AnchorMirror, sync: boolean): void {
    file.write();
    if (sync) file.sync();
  }

  /** Of the files that have more lines than at the last anchor; of every file for the final one. */
  #lengths(final: boolean): readonly FileLength[] {
    const lengths: FileLength[] = [];
    for (const queue of this.#queues) {
      for (const file of queue.all) {
        if (!final && this.#anchoredLines.get(file) === file.lines) continue;
        this.#anchoredLines.set(file, file.lines);
        lengths.push(...lengthsIn(queue, file.segments()));
      }
    }
    return lengths;
  }

  /** As they would have been written then, but for the names of files that have rotated since. */
  #writeOwed(all: readonly OwedAnchor[]): void {
    for (const owed of all) {
      const lengths: FileLength[] = [];
      for (const queue of this.#queues) {
        const inbox = owed.inboxes.get(queue.name);
        if (inbox === undefined) continue;
        queue.ack(owed.ts, inbox.lines);
        this.#faults.must(() => queue.acks.write());
        lengths.push(...lengthsIn(queue, inbox.segments), ...lengthsIn(queue, queue.acks.segments()));
      }
      this.#anchors.anchorOwed(owed, lengths);
    }
    if (all.length === 0) return;
    const write = (file: SegmentedFile | AnchorMirror) => this.#write(file, this.#options.isDurable);
    this.#faults.must(() => {
      for (const { acks } of this.#queues) write(acks);
      write(this.#anchorFile);
    });
    this.#faults.may(() => write(this.#options.mirror));
  }

  /** Views may fail while the lines are sound: the stop that this asks for comes back from endTurn. */
  guard(work: () => void): void {
    this.#faults.may(work);
  }

  /** After the last event the log takes no input: `finish` says the fault then. */
  #takeFault(): AnyDraft | null {
    return this.#hasEnded ? null : this.#faults.take(Math.max(this.#ts, this.#options.clock.now()));
  }
}

function lengthsIn({ name: queue }: QueueFiles, segments: readonly Segment[]): readonly FileLength[] {
  return segments.map(({ name, bytes, lines }) => [`queues/${queue}/${name}`, bytes, lines] as const);
}

/** What must be on the disk before anything outside can see its effect. */
function isUrgent(draft: AnyDraft): boolean {
  switch (draft.type) {
    case "order_intent":
    case "order_cancel":
    case "order_result":
    case "fill":
    case "stop_journal":
      return true;
    case "risk_action":
      return draft.payload.action === "STOP";
    default:
      return false;
  }
}
