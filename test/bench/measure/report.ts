import { rounded } from './figures.ts';

/** What a section has measured: a table for people, and how far its targets are reached. */
export interface Section {
  title: string;
  rows: Record<string, string | number>[];
  targets: Target[];
}

export interface Target {
  what: string;
  measured: number;
  wanted: number;
  /** Whether more is better. */
  isLeast: boolean;
}

/** @returns a target that is reached from `wanted` on */
export function atLeast(what: string, measured: number, wanted: number): Target {
  return { what, measured, wanted, isLeast: true };
}

/** @returns a target that is reached up to `wanted` */
export function atMost(what: string, measured: number, wanted: number): Target {
  return { what, measured, wanted, isLeast: false };
}

export function isReached({ measured, wanted, isLeast }: Target): boolean {
  return isLeast ? measured >= wanted : measured <= wanted;
}

/** @returns a section as text */
export function sectionText({ title, rows, targets }: Section): string {
  const told = targets.map((target) => {
    const { what, measured, wanted, isLeast } = target;
    return `  ${isReached(target) ? 'reached' : 'MISSED '}  ${what}: ${rounded(measured)} (${isLeast ? 'at least' : 'at most'} ${wanted})`;
  });
  return [title, ...tableLines(rows), ...told, ''].join('\n');
}

function tableLines(rows: Section['rows']): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: string | number | undefined) =>
    typeof value === 'number' ? String(rounded(value)) : (value ?? '');
  const lines = [names, ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => `  ${line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
