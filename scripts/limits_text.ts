import { FIXED_LIMITS, type FixedLimit } from "./fixed_limits.ts";

/**
 * The text of docs/limits.md. What is a limit, its range, default and what happens at it stand in the schema of the
 * configuration, and nowhere else; what no setting changes is read from the source.
 */

interface Node {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly $defs?: Readonly<Record<string, Node>>;
}

export interface Limit {
  readonly path: string;
  readonly range: string;
  readonly unit: string;
  readonly standard: string;
  readonly what: string;
}

const CODE = /^([A-Z]+(?:_[A-Z]+)+): /;

/** Every number, share, amount and list of the configuration that has an end. */
export function limitsOf(schema: unknown): readonly Limit[] {
  const root = schema as Node;
  const limits: Limit[] = [];
  const visit = (group: Node, path: string): void => {
    for (const [key, node] of Object.entries(group.properties ?? {})) {
      const at = path === "" ? key : `${path}.${key}`;
      const bounds = boundsOf(node, root);
      if (bounds !== null) {
        limits.push({ path: at, ...bounds, standard: standardOf(node), what: whatOf(node, group) });
      }
      visit(node, at);
      if (node.items !== undefined) visit(node.items, `${at}.*`);
    }
  };
  visit(root, "");
  return limits;
}

function boundsOf(node: Node, root: Node): Pick<Limit, "range" | "unit"> | null {
  const number = [node, ...node.anyOf ?? []].find(({ maximum }) => maximum !== undefined);
  if (number !== undefined) {
    const [, unit = "number"] = /\(([^)]+)\)$/.exec(node.title ?? "") ?? [];
    return { range: `${number.minimum} to ${number.maximum}`, unit };
  }
  if (node.maxItems !== undefined) {
    return { range: `${node.minItems ?? 0} to ${node.maxItems}`, unit: "entries" };
  }
  const kind = /^#\/\$defs\/(fraction|quote_amount)$/.exec(node.$ref ?? "")?.[1];
  if (kind === undefined) return null;
  const [, range] = /decimal (.*?),/.exec(root.$defs![kind]!.title!)!;
  return { range: range!, unit: kind === "fraction" ? kind : "quote asset" };
}

function standardOf({ default: value }: Node): string {
  if (value === undefined) return "given";
  return Array.isArray(value) ? String(value.length) : String(value);
}

/** With the code of its group, and what the group's action is where the text speaks of it. */
function whatOf({ description = "" }: Node, group: Node): string {
  const code = CODE.test(description) ? "" : CODE.exec(group.description ?? "")?.[0] ?? "";
  const action = group.properties?.["action"];
  if (action === undefined || !description.includes("the action")) return code + description;
  const others = action.enum!.filter((each) => each !== action.default);
  return `${code}${description} Action: ${action.default}, or ${others.join(", ")}.`;
}

/** The value of a constant as its source says it. */
export function valueOf({ path, name }: FixedLimit, source: string): string {
  const value = new RegExp(`^(?:export )?const ${name}(?:: [^=]+)? = ([^;]+);`, "m").exec(source)?.[1];
  if (value === undefined) throw new Error(`No constant ${JSON.stringify(name)} in ${path}`);
  return value.replaceAll("_", "");
}

export function limitsText(schema: unknown, sourceOf: (path: string) => string): string {
  const limits = limitsOf(schema);
  const sections = [...new Set(limits.map(({ path }) => sectionOf(path)))].map((section) => {
    const rows = limits.filter(({ path }) => sectionOf(path) === section)
      .map(({ path, range, unit, standard, what }) => [`\`${path}\``, range, unit, standard, what]);
    return `### ${section}\n\n${table(["setting", "range", "unit", "default", "what happens at it"], rows)}`;
  });
  const fixed = FIXED_LIMITS.map((limit) => {
    const { path, name, unit, what } = limit;
    return [`\`${name}\` in ${path}`, valueOf(limit, sourceOf(path)), unit, what];
  });
  return [
    INTRODUCTION,
    "## Limits of the configuration\n\nMade from `config/nore.v1.schema.json` by `scripts/build_limits.ts`.",
    ...sections,
    "## Limits that no setting changes",
    table(["limit", "value", "unit", "what happens at it"], fixed),
  ].join("\n\n") + "\n";
}

/** What stands alone at the top of the configuration is of the night as a whole. */
function sectionOf(path: string): string {
  return path.includes(".") ? path.slice(0, path.indexOf(".")) : "the night";
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const INTRODUCTION = `# Limits

Everything is bounded, and every bound has a name. A setting outside its range, or one that contradicts
another, is refused before the night starts (exit 2); \`config check\` says which.

**Freeze first, stop later.** Where a limit names one symbol, or may heal by itself, the first answer is a
FREEZE: no new entry, while exits go on; it is lifted when the fault has healed. Only where it has not healed
in time does the night stop:

- a silent symbol: \`market.stale.freeze_ms\`, then \`market.stale.stop_ms\`;
- a gap in a symbol's trades: frozen at once, then \`market.gap.stop_ms\` (or at once at
  \`market.gap.trades_max\`);
- a clock that is wrong: all frozen at \`binance.clock.offset_ms_max\`, then \`binance.clock.stop_ms\`.

RISK_STOPLOSS_GUARD and RISK_LOW_PROFIT freeze one strategy in one symbol for a set time and stop nothing by
default.

**Stop at once.** By default RISK_DAILY_LOSS, RISK_NIGHT_LOSS, RISK_DRAWDOWN, RISK_TRADE_RATE and
RISK_EXPOSURE stop the night, and so do VENUE_LOST, VENUE_ERRORS, DISK_FULL, RESOURCE_LIMIT, LOOP_STALLED and
HASH_MISMATCH. [What each stop means](stops.md).

**Deny or reduce.** The other risk checks judge each entry. Nothing but a STOP ever keeps a position from
being sold.

**After a crash.** The time in which the process was gone counts towards no stop of a night that goes on
(\`--resume\`), but a price is as old as it is: a symbol is frozen at \`market.stale.freeze_ms\` until it ticks, a
resting order is cancelled at \`risk.order_ttl_ms\`, and beyond \`market.stale.stop_ms\` the strategies begin anew
with their averages. Where more than \`market.gap.trades_max\` trades were missed the night stops.`;
