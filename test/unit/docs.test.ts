import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const scripts: Record<string, string> = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).scripts;

const texts = ['README.md', 'CONTRIBUTING.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(new URL(name, root), 'utf8') }));

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** Paths of files are told from the root, from `src` or from `test`; one without a folder says nothing to hold it by. */
const isThere = (path: string) => ['', 'src/', 'test/'].some((base) => existsSync(new URL(`${base}${path}`, root)));

describe('the documents', () => {
  it.each(texts)('$name links only to files that are there', ({ name, text }) => {
    const links = all(text, /\]\((?!https?:)([^)#]+)\)/g);
    expect(links.filter((link) => !existsSync(new URL(link, new URL(name, root))))).toEqual([]);
  });

  it.each(texts)('$name names only source files that are there', ({ text }) => {
    const paths = all(text, /`([\w./-]+\/[\w.-]+\.ts)`/g);
    expect(paths.filter((path) => !isThere(path))).toEqual([]);
  });

  it.each(texts)('$name names only npm scripts that there are', ({ text }) => {
    const named = all(text, /npm run ([a-z]+)/g);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it('are read, links, paths and scripts alike', () => {
    const whole = texts.map(({ text }) => text).join('\n');
    expect(all(whole, /\]\((?!https?:)([^)#]+)\)/g).length).toBeGreaterThan(20);
    expect(all(whole, /`([\w./-]+\/[\w.-]+\.ts)`/g).length).toBeGreaterThan(20);
    expect(all(whole, /npm run ([a-z]+)/g).length).toBeGreaterThan(20);
  });
});
