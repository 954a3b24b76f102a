/** Fails where GitHub's Secret Scanning has an open alert. */
import process from "node:process";
import { tellAlerts } from "./secret_alerts.ts";

const TIMEOUT_MS = 15_000;

process.exitCode = await tellAlerts(process.env, TIMEOUT_MS, (line) => console.log(line));
