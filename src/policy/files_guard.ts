import type { PolicyDenial } from "../core/event.ts";
import type { Files, PolicyGate } from "../core/ports.ts";
import { judgeAct } from "./acts.ts";

/** Stands before every change on a disk: who writes through it can write only where policy lets the process. */
export interface FilesGuardOptions {
  readonly gate: PolicyGate;
  /** Name that policy knows → folder. */
  readonly places: Readonly<Record<string, string>>;
  readonly onDenied: (denial: PolicyDenial) => void;
}

export const WRITE_VERBS = ["append", "create", "make_folder", "remove", "rename"] as const;

/** What is refused, as a failed write is: with a code of its own. */
export class WriteDenied extends Error {
  override readonly name = "WriteDenied";
  readonly code = "EPOLICY";
}

/** Reading is not asked about. */
export function guardFiles(files: Files, { gate, places, onDenied }: FilesGuardOptions): Files {
  const folders = Object.entries(places).map(([place, folder]) => [place, stepsOf(folder)] as const);
  const placeOf = (path: string): string => {
    const steps = stepsOf(path);
    const around = folders.filter(([, folder]) => folder.every((step, i) => steps[i] === step));
    return around.sort(([, one], [, other]) => other.length - one.length)[0]?.[0] ?? "outside";
  };
  const permit = (verb: (typeof WRITE_VERBS)[number], path: string): void => {
    const denial = judgeAct(gate, "write", { verb, place: placeOf(path) });
    if (denial === null) return;
    onDenied(denial);
    throw new WriteDenied(`Denied by policy (${denial.codes.join(", ")}): ${verb} ${path}`);
  };
  const guarded: Partial<Files> = {
    makeDirectory(path) {
      permit("make_folder", path);
      files.makeDirectory(path);
    },
    writeNew(path, data, options) {
      permit("create", path);
      files.writeNew(path, data, options);
    },
    append(path) {
      permit("append", path);
      return files.append(path);
    },
    rename(from, to) {
      permit("rename", from);
      permit("rename", to);
      files.rename(from, to);
    },
    remove(path) {
      permit("remove", path);
      files.remove(path);
    },
  };
  return { ...files, ...guarded };
}

/** The names on the way to a path, without those that `..` takes back; there is nothing above the root. */
function stepsOf(path: string): readonly string[] {
  const isAbsolute = path.startsWith("/");
  const steps: string[] = [isAbsolute ? "/" : "."];
  for (const name of path.split(/[/\\]/)) {
    if (name === "" || name === ".") continue;
    if (name !== "..") steps.push(name);
    else if (steps.length > 1 && steps.at(-1) !== "..") steps.pop();
    else if (!isAbsolute) steps.push(name);
  }
  return steps;
}
