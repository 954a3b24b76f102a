import { AT_START, type Provocation } from "./provocation.ts";

/** What an AI process can do to a night that its boundary and the checks of its lines must stop. */

const sets = ["ai.boundary=required", "ai.step_ms=500"];

export const AI: readonly Provocation[] = [
  { code: "AI_BOUNDARY", cause: "the AI says an order", breaks: "ai_order", sets },
  { code: "AI_BOUNDARY", cause: "the AI writes a line of 10 MB", breaks: "ai_long_line", sets },
  { code: "AI_BOUNDARY", cause: "the AI writes half of a character", breaks: "ai_half_utf8", sets },
  {
    code: "AI_BOUNDARY",
    cause: "its probe has read a file",
    breaks: "ai_leak",
    sets,
    expected: AT_START,
  },
];
