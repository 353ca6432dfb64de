// Chart.js comes before this module, as a plain script: its one file for browsers is no module.
const { Chart } = globalThis;
if (Chart !== undefined) Chart.defaults.font.family = 'system-ui, sans-serif';

/** Reads days and, for each model, the tokens of each day; the last column is the sum of the others. */
function readTable(table) {
  const names = [...table.tHead.rows[0].cells].slice(1, -1).map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows];
  return {
    days: rows.map((row) => row.cells[0].textContent),
    series: names.map((name, index) => ({
      name,
      tokens: rows.map((row) => Number(row.cells[index + 1].dataset.tokens)),
    })),
  };
}

function colours() {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  // Canvases know no light-dark(): the browser works it out for an element.
  const resolve = (name) => {
    probe.className = `paint-${name}`;
    return getComputedStyle(probe).color;
  };
  const found = {
    text: resolve('text'),
    line: resolve('line'),
    series: [1, 2, 3, 4, 5].map((index) => resolve(`series-${index}`)),
  };
  probe.remove();
  return found;
}

function optionsOf(paint, hasLegend) {
  const short = new Intl.NumberFormat(undefined, { notation: 'compact' });
  const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'index', intersect: false },
    plugins: { legend: { display: hasLegend, labels: { color: paint.text, boxWidth: 12 } } },
    scales: {
      x: {
        stacked: true,
        grid: { display: false },
        border: { color: paint.line },
        ticks: {
          color: paint.text,
          maxRotation: 0,
          autoSkipPadding: 16,
          callback(value) {
            return day.format(new Date(this.getLabelForValue(value)));
          },
        },
      },
      y: {
        stacked: true,
        beginAtZero: true,
        border: { display: false },
        grid: { color: paint.line },
        ticks: { color: paint.text, maxTicksLimit: 5, callback: (value) => short.format(value) },
      },
    },
  };
}

/** Draws the table as stacked bars, again when the page turns dark or light, and folds the table away. */
export function drawUsage(place, table) {
  if (place === null || table === null || Chart === undefined) return;
  const { days, series } = readTable(table);
  place.hidden = false;
  table.closest('details').open = false;
  let chart = null;
  const draw = () => {
    chart?.destroy();
    const paint = colours();
    const datasets = series.map(({ name, tokens }, index) => ({
      label: name,
      data: tokens,
      backgroundColor: paint.series[index % paint.series.length],
      borderRadius: 3,
      maxBarThickness: 28,
    }));
    const options = optionsOf(paint, series.length > 1);
    chart = new Chart(place.querySelector('canvas'), { type: 'bar', data: { labels: days, datasets }, options });
  };
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}
