#!/usr/bin/env node
// Loads the TypeScript sources through tsx, in this process.
import { register } from "tsx/esm/api";

register();
await import("../src/main.ts");
