import type { ProcessFacts, TmpfsMount } from "../core/process_facts.ts";

/** What /proc/self/mountinfo says of where this process could write. */
export function mountFacts(text: string | null): Pick<ProcessFacts, "isRootReadOnly" | "writableTmpfs"> {
  const lines = (text ?? "").split("\n").filter((line) => line !== "").map(mountOf);
  const mounts = lines.filter((mount) => mount !== null);
  const root = mounts.findLast(({ path }) => path === "/");
  // A line that is not understood could be the one that matters.
  if (root === undefined || mounts.length < lines.length) {
    return { isRootReadOnly: null, writableTmpfs: null };
  }
  return {
    isRootReadOnly: isReadOnly(root),
    writableTmpfs: mounts.filter(isWritableTmpfs).map(({ path, options }) => ({ path, options })),
  };
}

interface Mount extends TmpfsMount {
  /** The part of the file system that is mounted: `/` is all of it. */
  readonly part: string;
  readonly type: string;
  readonly fileSystemOptions: readonly string[];
}

/** See proc_pid_mountinfo(5): between the options and the dash stands any number of optional fields. */
function mountOf(line: string): Mount | null {
  const match = /^\d+ \d+ \S+ (\S+) (\S+) (\S+)(?: \S+)*? - (\S+) \S* (\S+)$/.exec(line);
  if (match === null) return null;
  const [, part, path, options, type, fileSystemOptions] = match as unknown as readonly string[];
  return {
    part: part!,
    path: path!.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    options: options!.split(","),
    type: type!,
    fileSystemOptions: fileSystemOptions!.split(","),
  };
}

function isReadOnly({ options, fileSystemOptions }: Mount): boolean {
  return options.includes("ro") || fileSystemOptions.includes("ro");
}

/**
 * A part of one is a volume, or a file that an engine hides something of /proc behind. /dev must have devices in it, so
 * its options cannot be asked for: there it does that nobody but root may write.
 */
function isWritableTmpfs(mount: Mount): boolean {
  const { type, part, path, fileSystemOptions } = mount;
  const isDevices = path === "/dev" && fileSystemOptions.includes("mode=755");
  return (type === "tmpfs" || type === "ramfs") && part === "/" && !isReadOnly(mount) && !isDevices;
}
