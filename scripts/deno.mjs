/** Runs the pinned Deno: the binary itself, not the npm script around it, which cannot forward signals. */
import { spawn } from "node:child_process";
import installer from "deno/install_api.cjs";

const child = spawn(installer.runInstall(), process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
