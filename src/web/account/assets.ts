import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import express, { type Router } from 'express';
import { DAY } from '../../core/time.ts';

/** The addresses of the page's files; each changes with its file, so that browsers may keep what they have. */
export interface Assets {
  style: string;
  script: string;
  chart: string;
  icon: string;
  router: Router;
}

const PATH = '/account/assets';
const KEPT_SECONDS = (365 * DAY) / 1_000;

/** @param base the path of the bot's own address, without a slash at the end */
export function createAssets(base: string): Assets {
  const router = express.Router();

  function serve(name: string, type: string, file: string): string {
    const plain = readFileSync(file);
    let packed: Buffer | null = null;
    router.get(`${PATH}/${name}`, (request, response) => {
      const isPacked = request.acceptsEncodings('gzip') === 'gzip';
      response.set({ 'cache-control': `public, max-age=${KEPT_SECONDS}, immutable`, vary: 'accept-encoding' });
      if (isPacked) response.set('content-encoding', 'gzip');
      if (isPacked && packed === null) packed = gzipSync(plain);
      response.type(type).send(isPacked ? packed : plain);
    });
    return `${base}${PATH}/${name}?v=${createHash('sha256').update(plain).digest('hex').slice(0, 12)}`;
  }

  return {
    style: serve('account.css', 'css', ours('account.css')),
    script: serve('account.js', 'js', ours('account.js')),
    icon: serve('icon.svg', 'svg', ours('icon.svg')),
    // The package names only its module builds; the one file for browsers lies beside them.
    chart: serve('chart.js', 'js', fileURLToPath(new URL('./chart.umd.min.js', import.meta.resolve('chart.js')))),
    router,
  };
}

function ours(name: string): string {
  return fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
}
