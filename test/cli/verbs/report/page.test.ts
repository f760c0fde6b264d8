import { describe, expect, test } from '@jest/globals';
import { renderReportPage } from '../../../../cli/verbs/report/page.ts';
import { reportData } from './sample-report-data.ts';

const plain = (text: string) =>
  text
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the page', () => {
  test('says whether each objective was kept, for how long, and what it is', () => {
    const text = plain(renderReportPage(reportData()));
    expect(text).toContain('Records at risk (RPO) at most 100 records broken : kept 50 %, unknown 25 %, broken 25 %');
    expect(text).toContain('Time to fail over (RTO) at most 10 min kept : planned run A-&gt;B took 4 min evidence ab');
    expect(text).toContain('unknown : planned run two is running');
    expect(text).toContain('none is configured not judged');
    expect(text).toContain('none is configured not tried in this period');
    expect(text).toContain('ready 50 %, unknown 25 %, not ready 25 %');
    expect(text).toContain('highest 400 records, unknown in 1 of 5 audits; dashed: the objective, 100');
    expect(text).toContain('400 recorded states between');
    expect(text).toContain('Only 200 of them were read for this report');
    expect(text.match(/Only \d+ of them/g)).toHaveLength(1);
    expect(text).toContain('1 state of the history cannot be read.');
  });

  test('what was open at the end has also what the history knows by its code alone', () => {
    const data = reportData();
    const flows = data.flows.map((one) => ({ ...one, last: { ...one.last, reasons: ['MIRROR_STALLED'] as const } }));
    const text = plain(renderReportPage({ ...data, flows }));
    expect(text).toContain('warning or critical MIRROR_STALLED the audit found it');
    expect(plain(renderReportPage(data))).not.toContain('warning or critical');
  });

  test('where the loss was never known, no number stands for it', () => {
    const data = reportData();
    const flows = data.flows.map((one) => {
      const losses = [{ at: data.from, records: null }];
      return { ...one, period: { ...one.period, losses } };
    });
    const text = plain(renderReportPage({ ...data, flows }));
    expect(text).toContain('would have lost: unknown in every audit');
    expect(text).not.toContain('highest');
  });

  test('the plot has a gap where the loss is unknown, and the objective at its height', () => {
    const page = renderReportPage(reportData());
    const [, path = ''] = /class="line" d="([^"]*)"/.exec(page) ?? [];
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.startsWith('M0.0 156.0 L250.0 156.0 L250.0 133.8 L500.0 133.8 M750.0 ')).toBe(true);
    expect(page).toContain('class="objective" x1="0" x2="1000" y1="119.0" y2="119.0"');
    expect(page.match(/<rect class="broken" x="750.0" y="0" width="250.0"/g)).toHaveLength(1);
  });

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='x",
    '\u202egnp.exe',
    '&lt;b&gt;',
  ])('the name %j is text wherever it is', (name) => {
    const page = renderReportPage(reportData(name));
    const harmless = renderReportPage(reportData('harmless'));
    const tags = (text: string) => text.match(/<[a-z!/][^>]*>/gi)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
    expect(tags(page)).toEqual(tags(harmless));
    expect(page).not.toContain('\u202e');
    expect(page).not.toMatch(/<script|onerror=alert\(1\)>|&lt;b&gt;.*&lt;b&gt;.*<script/);
  });

  test('loads nothing and runs no script', () => {
    const page = renderReportPage(reportData());
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`.replaceAll("'", '&#39;'),
    );
    expect(page).not.toMatch(/<script|src=|@import|url\(|https?:/);
  });
});
