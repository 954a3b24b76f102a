/**
 * The command line that shuts a program in: namespaces, no privileges, bounded resources, an empty environment, and
 * what its runtime itself denies. Words alone, nothing is started here, and no path is ever part of a shell's program.
 */
export interface WorkerRuntime {
  readonly name: "node" | "deno";
  readonly version: string;
  readonly path: string;
}

/** Strongest first; in `limits` and `bare` nothing but the runtime denies. */
export type Isolation = "root_namespaces" | "user_namespaces" | "limits" | "bare";

export interface IsolatedProgram {
  readonly runtime: WorkerRuntime;
  /** One file of JavaScript that imports nothing but modules of the runtime. */
  readonly programPath: string;
  readonly memoryMbMax: number;
}

export interface IsolatedCommand {
  readonly words: readonly string[];
  /** All of it: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A root of its own: the libraries of the system, the runtime and the program. Nothing in it is writable for nobody. So no file, no
 * secret and no socket of the host has a path in there (a socket in the file system knows no network namespace). It is
 * built over /sys, where neither runtime nor program can lie. $1 is the runtime, $2 the program, the rest is started.
 */
const NEW_ROOT = `set -e
runtime=$1 program=$2
shift 2
mount -t tmpfs -o mode=755,size=16m tmpfs /sys
cd /sys
for folder in /usr /bin /sbin /lib /lib32 /lib64 /nix/store; do
  if [ -d "$folder" ]; then
    mkdir -p ".$folder"
    mount --rbind "$folder" ".$folder"
  fi
done
mkdir proc dev etc
mount -t proc proc proc
if [ -f /etc/ld.so.cache ]; then cp /etc/ld.so.cache etc; fi
: > runtime
mount --bind "$runtime" runtime
cat "$program" > worker.mjs
chmod 444 worker.mjs
mount -o remount,bind,ro /sys
exec chroot . "$@"`;

const UNSHARE = ["unshare", "-n", "-i", "-u", "-m", "-p", "-f", "--kill-child"];
/** It does not outlive its parent. A change of user forgets it, so it is said on both sides of one. */
const DIE_WITH_PARENT = ["--pdeathsig", "KILL"];
const NO_PRIVILEGES = ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"];
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];
/** Threads count, and so do those of others whom the system calls nobody. */
const PROCESSES_MAX = 256;
const CPU_S_MAX = 86_400;
/** Where the tools of the system are; the program gets none of it. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function isolatedCommand(isolation: Isolation, program: IsolatedProgram): IsolatedCommand {
  const { runtime, programPath } = program;
  const variables = variablesOf(runtime);
  const startPath = startPathOf(runtime);
  if (isolation === "bare") {
    return {
      words: [startPath, ...runtimeWords(program, programPath), programPath],
      environment: Object.fromEntries(variables),
    };
  }
  const isLimits = isolation === "limits";
  const [runtimePath, path] = isLimits ? [startPath, programPath] : ["/runtime", "/worker.mjs"];
  return {
    words: [
      ...["setpriv", ...DIE_WITH_PARENT],
      ...(isLimits ? ["--no-new-privs"] : namespaceWords(isolation, program)),
      ...["prlimit", "--fsize=0", "--core=0", `--data=${dataBytesMax(program)}`, `--cpu=${CPU_S_MAX}`],
      // Outside of namespaces all that the user runs would count.
      ...(isLimits ? [] : [`--nproc=${PROCESSES_MAX}`]),
      ...["nice", "-n", "10", "env", "-i", ...variables.map((pair) => pair.join("="))],
      ...[runtimePath, ...runtimeWords(program, path), path],
    ],
    environment: { PATH },
  };
}

function namespaceWords(
  isolation: "root_namespaces" | "user_namespaces",
  { runtime, programPath }: IsolatedProgram,
): readonly string[] {
  const isRoot = isolation === "root_namespaces";
  return [
    ...UNSHARE,
    ...(isRoot ? [] : ["-U", "-r"]),
    ...["sh", "-c", NEW_ROOT, "sh", startPathOf(runtime), programPath],
    ...["setpriv", ...(isRoot ? NOBODY : []), ...NO_PRIVILEGES, ...DIE_WITH_PARENT],
  ];
}

/**
 * Where Deno finds its own path among the words that node:child_process is given, it takes what follows for words of
 * node and adds -A: all grants. So its path is written in another way.
 */
function startPathOf({ name, path }: WorkerRuntime): string {
  return name === "deno" && path.startsWith("/") ? `/${path}` : path;
}

/** Deno refuses to start where it knows no folder for its cache: one that nobody can make. */
function variablesOf({ name }: WorkerRuntime): readonly (readonly [string, string])[] {
  return name === "deno" ? [["DENO_DIR", "/dev/null/deno"]] : [];
}

function runtimeWords({ runtime, memoryMbMax }: IsolatedProgram, path: string): readonly string[] {
  const heap = `--max-old-space-size=${Math.floor(memoryMbMax / 2)}`;
  if (runtime.name === "deno") {
    return [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-remote",
      "--cached-only",
      "--no-config",
      `--v8-flags=${heap}`,
    ];
  }
  return [
    isAtLeast(runtime, 23, 5) ? "--permission" : "--experimental-permission",
    `--allow-fs-read=${path}`,
    // It writes wherever it likes, whatever the permissions say.
    ...(isAtLeast(runtime, 22, 5) ? ["--no-experimental-sqlite"] : []),
    "--no-warnings",
    heap,
  ];
}

/** V8 reserves so much for code from version 13 on, as writable memory, without ever using most of it. */
const CODE_RANGE_MB = 512;

/** Of all memory of its own that a process may write, buffers outside of the heap included. */
function dataBytesMax({ runtime, memoryMbMax }: IsolatedProgram): number {
  const hasCodeRange = runtime.name === "deno" || isAtLeast(runtime, 24, 0);
  return (memoryMbMax + (hasCodeRange ? CODE_RANGE_MB : 0)) * 1024 * 1024;
}

export function isAtLeast({ version }: WorkerRuntime, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
