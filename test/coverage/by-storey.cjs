/** Prints coverage by storey: a row for each folder, one level deeper where a storey has storeys of its own. */
module.exports = class ByStorey {
  execute(context) {
    const rows = new Map();
    const total = emptyRow();
    context.getTree('flat').visit({
      onDetail: (node) => {
        const coverage = node.getFileCoverage();
        const storey = storeyOf(coverage.path);
        if (!rows.has(storey)) rows.set(storey, emptyRow());
        for (const row of [rows.get(storey), total]) add(row, coverage.toSummary());
      },
    });
    const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
    const table = [...sorted, ['all', total]].map(([storey, row]) => [
      storey,
      String(row.files),
      String(row.notLoaded),
      ...['lines', 'branches', 'functions'].map((what) => percent(row[what])),
    ]);
    print([['storey', 'files', 'not loaded', 'lines', 'branches', 'functions'], ...table]);
  }
};

const ROOT = `${require('node:path').resolve(__dirname, '../..')}/`;

function storeyOf(path) {
  const folders = path.replace(ROOT, '').split('/').slice(0, -1);
  const deep = ['shared/adapters', 'shared/domain'].includes(folders.slice(0, 2).join('/'));
  return folders.slice(0, deep ? 3 : 2).join('/');
}

function emptyRow() {
  const none = () => ({ total: 0, covered: 0 });
  return { files: 0, notLoaded: 0, lines: none(), branches: none(), functions: none() };
}

function add(row, summary) {
  row.files++;
  if (summary.lines.covered === 0 && summary.lines.total > 0) row.notLoaded++;
  for (const what of ['lines', 'branches', 'functions']) {
    row[what].total += summary[what].total;
    row[what].covered += summary[what].covered;
  }
}

function percent({ total, covered }) {
  return total === 0 ? '–' : `${((100 * covered) / total).toFixed(1)} %`;
}

function print(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  );
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}
