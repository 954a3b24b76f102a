/** report.html: report.json for the eye. One page, no script, nothing loaded from anywhere. */
export function reportPage(report: Readonly<Record<string, unknown>>): string {
  const title = `NORE ${report["run_id"]}: ${report["verdict"]}`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
td{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
</style>
<h1>${escaped(title)}</h1>
<p>Prices: <b>${
    escaped(String(report["prices"]))
  }</b>. The queues decide; this page is a view of report.json.</p>${adviceLine(report)}
<table>
${rows(report).join("\n")}
</table>
</html>
`;
}

/** Whether the AI's advice was worth anything, in words; nothing where it gave none. */
function adviceLine({ ai }: Readonly<Record<string, unknown>>): string {
  if (typeof ai !== "object" || ai === null) return "";
  const { scored, brier, brier_base, beats_base } = ai as Readonly<Record<string, unknown>>;
  if (beats_base === null) return `\n<p>AI: none of its advice could be scored.</p>`;
  const verdict = beats_base === true ? "better than the base rate" : "no better than the base rate";
  const figures = `Brier score ${escaped(String(brier))} against ${escaped(String(brier_base))}`;
  return `\n<p>AI: its advice was <b>${verdict}</b> (${figures}, ${escaped(String(scored))} scored).</p>`;
}

function rows(fields: Readonly<Record<string, unknown>>, prefix = ""): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (typeof value === "object" && value !== null) {
      return rows(value as Readonly<Record<string, unknown>>, `${prefix}${name} · `);
    }
    const text = name.endsWith("_ts") && typeof value === "number"
      ? new Date(value).toISOString()
      : String(value ?? "–");
    return [`<tr><th>${escaped(prefix + name)}</th><td>${escaped(text)}</td></tr>`];
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
