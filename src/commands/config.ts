import { effectiveConfigText } from "../core/config.ts";
import { EXIT } from "../core/exit_codes.ts";
import { redact } from "../core/secrets.ts";
import { embeddedRules } from "./ask_venue.ts";
import { type Command, onlyOperand, UsageError } from "./command.ts";
import { loadRules } from "./load_rules.ts";
import { loadSettings, SETTING_OPTIONS } from "./load_settings.ts";

/** Checks a configuration, or prints the one that a night would run with. */
export const config: Command = {
  name: "config",
  summary: "Checks the configuration with all flags applied, or prints what a night would run with.",
  operands: "check|print",
  options: { ...SETTING_OPTIONS, json: { value: null, help: "print without indentation" } },
  examples: ["config check --config my.yaml", "config print --set risk.drawdown.limit=0.02"],
  run(input, terminal) {
    const what = onlyOperand(config, input);
    if (what !== "check" && what !== "print") {
      throw new UsageError(`Expected check or print after config, got ${JSON.stringify(what)}`);
    }
    const settings = loadSettings(input);
    if (settings.source === "embedded") embeddedRules(settings); // a live venue is asked by doctor and at the start
    loadRules(settings);
    const text = redact(effectiveConfigText(settings));
    if (what === "check") terminal.print("The configuration is good");
    else terminal.print(input.has("json") ? text : JSON.stringify(JSON.parse(text), null, 2));
    return Promise.resolve(EXIT.ok);
  },
};
