import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import express, { type Router } from 'express';
import { DAY } from '../../core/time.ts';

/** The addresses of the page's files. */
export interface Assets {
  style: string;
  script: string;
  chart: string;
  icon: string;
  router: Router;
}

const KEPT_SECONDS = (365 * DAY) / 1_000;

/** The package of the chart names only its module builds; the one file for browsers lies beside them. */
const FILES = {
  'account.css': ours('account.css'),
  'account.js': ours('account.js'),
  'usage-chart.js': ours('usage-chart.js'),
  'icon.svg': ours('icon.svg'),
  'chart.js': fileURLToPath(new URL('./chart.umd.min.js', import.meta.resolve('chart.js'))),
};

/**
 * The files stand in a folder that is named by what is in them: browsers may keep them, and what one file imports from
 * another is of the same version.
 * @param base the path of the bot's own address, without a slash at the end
 */
export function createAssets(base: string): Assets {
  const router = express.Router();
  const files = Object.entries(FILES).map(([name, file]) => ({ name, plain: readFileSync(file) }));
  const hash = createHash('sha256');
  for (const { plain } of files) hash.update(plain);
  const folder = `/account/assets/${hash.digest('hex').slice(0, 12)}`;

  for (const { name, plain } of files) {
    let packed: Buffer | null = null;
    router.get(`${folder}/${name}`, (request, response) => {
      const isPacked = request.acceptsEncodings('gzip') === 'gzip';
      response.set({ 'cache-control': `public, max-age=${KEPT_SECONDS}, immutable`, vary: 'accept-encoding' });
      if (isPacked) response.set('content-encoding', 'gzip');
      if (isPacked && packed === null) packed = gzipSync(plain);
      response.type(name).send(isPacked ? packed : plain);
    });
  }
  const at = (name: keyof typeof FILES) => `${base}${folder}/${name}`;
  return { style: at('account.css'), script: at('account.js'), chart: at('chart.js'), icon: at('icon.svg'), router };
}

function ours(name: string): string {
  return fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
}
