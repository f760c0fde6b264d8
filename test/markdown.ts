/** What a Markdown file links to and is linked by, as GitHub shows it. */
export interface MarkdownLinks {
  /** Targets of its links, without those into the Web. */
  readonly targets: readonly string[];
  /** Ids of its headings. */
  readonly anchors: ReadonlySet<string>;
}

export function markdownLinks(text: string): MarkdownLinks {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = slugOf(heading);
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  const withoutCode = prose.replace(/(`+)(?:(?!\1)[\s\S])*\1/g, '``');
  const inline = [...withoutCode.matchAll(/\]\(\s*<?([^\s)>]+)/g)];
  const references = [...withoutCode.matchAll(/^\[[^\]]+\]: *<?(\S+?)>?$/gm)];
  const targets = [...inline, ...references].map(([, target = '']) => target);
  return { targets: targets.filter((target) => !/^[a-z]+:/.test(target)), anchors };
}

/** GitHub's id of a heading: lower case, no punctuation, blanks as hyphens. */
function slugOf(heading: string): string {
  const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return shown
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}
