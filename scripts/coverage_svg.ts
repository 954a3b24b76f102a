/** The badge of the README: which coverage it claims, how that is drawn, and whether the claim still holds. */

export interface CoverageSummary {
  readonly total: Readonly<Record<(typeof KINDS)[number], { readonly pct: number }>>;
}

const KINDS = ["lines", "statements", "functions", "branches"] as const;
/** What the claim stays below the measure, so that a small change does not make it a false one. */
const MARGIN_POINTS = 0.2;
const DIFFERENCE_POINTS_MAX = 0.5;
/** The gate of c8 in package.json, below which nothing is released. */
const GOOD_FROM_PERCENT = 90;
const BEST_FROM_PERCENT = 95;

/** The least of all kinds: no other says as little too much. */
export function measuredPercent({ total }: CoverageSummary): number {
  const percents = KINDS.map((kind) => total[kind].pct);
  if (!percents.every(Number.isFinite)) throw new Error(`Coverage is ${percents}, expected four numbers`);
  return Math.min(...percents);
}

export function claimedPercent(measured: number): number {
  if (measured === 100) return 100;
  return Math.max(0, Math.floor((measured - MARGIN_POINTS) * 10) / 10);
}

export function colorOf(percent: number): string {
  if (percent < GOOD_FROM_PERCENT) return "#b3261e";
  return percent < BEST_FROM_PERCENT ? "#8a6d00" : "#1e7d34";
}

const LABEL_WIDTH = 64;
const VALUE_WIDTH = 54;
const HEIGHT = 20;

export function coverageSvg(percent: number): string {
  const value = `${percent.toFixed(1)} %`;
  const width = LABEL_WIDTH + VALUE_WIDTH;
  const text = (middle: number, words: string) => `<text x="${middle}" y="14">${words}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="coverage ${value}">
  <title>coverage ${value}</title>
  <rect width="${width}" height="${HEIGHT}" rx="4" fill="#3f444a"/>
  <path d="M${LABEL_WIDTH} 0h${VALUE_WIDTH - 4}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-${VALUE_WIDTH - 4}z" fill="${
    colorOf(percent)
  }"/>
  <g fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle">
    ${text(LABEL_WIDTH / 2, "coverage")}
    ${text(LABEL_WIDTH + VALUE_WIDTH / 2, value)}
  </g>
</svg>
`;
}

/** What is wrong with a badge where so much was measured, or null. */
export function badgeProblem(svg: string, measured: number): string | null {
  const claimed = Number(/<title>coverage ([0-9]{1,3}\.[0-9]) %<\/title>/.exec(svg)?.[1]);
  if (svg !== coverageSvg(claimed)) return "it is not as the script draws it";
  if (claimed > measured) return `it claims ${claimed} %, measured are ${measured} %`;
  if (measured - claimed > DIFFERENCE_POINTS_MAX) return `it claims only ${claimed} % of ${measured} %`;
  return null;
}
