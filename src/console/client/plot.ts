/** The plot of a host: packets over time below the bands of its states. Dragging zooms: the span stands in the address. */

import Plotter from 'uplot';

interface Curve {
  readonly stepSeconds: number;
  readonly at: number[];
  readonly sent: number[];
  readonly received: number[];
  readonly intervals: readonly {
    readonly axis: 'machine' | 'person';
    readonly state: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly events: readonly { readonly at: string; readonly provider: string; readonly eventId: number }[];
}

const box = document.getElementById('plot');
const height = 300;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || '#888';
}
const seconds = (text: string) => Date.parse(text) / 1000;

/** Where nothing was sent there is no row: the curve goes down to zero there. */
function withGaps({ at, sent, received, stepSeconds }: Curve): number[][] {
  const [times, out, back]: [number[], number[], number[]] = [[], [], []];
  at.forEach((time, i) => {
    const last = times.at(-1);
    if (last !== undefined && time - last > stepSeconds) {
      times.push(last + stepSeconds);
      out.push(0);
      back.push(0);
      if (time - stepSeconds > last + stepSeconds) {
        times.push(time - stepSeconds);
        out.push(0);
        back.push(0);
      }
    }
    times.push(time);
    out.push(sent[i] ?? 0);
    back.push(received[i] ?? 0);
  });
  return [times, out, back];
}

function drawBands(plot: Plotter, curve: Curve): void {
  const { ctx, bbox } = plot;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
  ctx.clip();
  for (const { axis, state, from, to } of curve.intervals) {
    const [left, right] = [plot.valToPos(seconds(from), 'x', true), plot.valToPos(seconds(to), 'x', true)];
    ctx.fillStyle = colour(state === 'modern-sleep' ? 'sleep' : state);
    ctx.fillRect(left, axis === 'machine' ? 2 * unit : 12 * unit, right - left, 8 * unit);
  }
  ctx.fillStyle = colour('ink');
  for (const { at } of curve.events) {
    const x = plot.valToPos(seconds(at), 'x', true);
    ctx.fillRect(x, bbox.top + bbox.height - 7 * unit, unit, 7 * unit);
  }
  ctx.restore();
}

function zoom(plot: Plotter): void {
  if (plot.select.width < 4) return;
  const instant = (position: number) => new Date(plot.posToVal(position, 'x') * 1000).toISOString().slice(0, 19);
  const address = new URL(location.href);
  address.searchParams.set('from', `${instant(plot.select.left)}Z`);
  address.searchParams.set('to', `${instant(plot.select.left + plot.select.width)}Z`);
  location.assign(address);
}

/** 24 hours, and the date where a day begins: the same in every language. */
function timeLabels(times: readonly number[]): string[] {
  return times.map((at, i) => {
    const text = new Date(at * 1000).toISOString();
    const isFirst = i === 0 || text.slice(0, 10) !== new Date((times[i - 1] ?? 0) * 1000).toISOString().slice(0, 10);
    return isFirst ? `${text.slice(11, 16)}\n${text.slice(0, 10)}` : text.slice(11, 16);
  });
}

async function show(place: HTMLElement): Promise<void> {
  const response = await fetch(place.dataset.source ?? '');
  if (!response.ok) throw new Error(`the curve could not be loaded: ${response.status}`);
  const curve = (await response.json()) as Curve & { readonly from: string; readonly to: string };
  const axis = () => ({ stroke: colour('soft'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line') } });
  const series = (label: string | undefined, name: string) => ({
    label: label ?? '',
    stroke: colour(name),
    width: 1.25,
    points: { show: false },
  });
  place.replaceChildren();
  const plot = new Plotter(
    {
      width: place.clientWidth - 12,
      height,
      padding: [24, 32, 0, 0],
      tzDate: (at: number) => {
        const date = new Date(at * 1000);
        // The plotter writes local time: shifted so that what it writes is UTC.
        return new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
      },
      scales: { x: { range: [seconds(curve.from), seconds(curve.to)] } },
      axes: [{ ...axis(), values: (_: Plotter, times: number[]) => timeLabels(times) }, axis()],
      series: [
        { value: (_: Plotter, at: number | null) => (at === null ? '' : new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')) },
        series(place.dataset.sent, 'accent'),
        series(place.dataset.received, 'good'),
      ],
      cursor: { drag: { x: true, y: false, setScale: false } },
      hooks: { draw: [(drawn: Plotter) => drawBands(drawn, curve)], setSelect: [zoom] },
    },
    withGaps(curve) as Plotter.AlignedData,
    place,
  );
  place.dataset.drawn = 'true';
  addEventListener('resize', () => plot.setSize({ width: place.clientWidth - 12, height }));
}

if (box)
  show(box).catch((error: unknown) => {
    box.textContent = error instanceof Error ? error.message : String(error);
  });
