// Preloaded by the npm scripts. Most of a start goes into stripping types and compiling: what comes of that is kept for
// the next start. It lies beside the packages, since whoever may write there is trusted with code already; the default,
// a folder in /tmp, could be prepared by anyone on the machine. Where it cannot be written nothing is kept.
const { join } = require('node:path');
const { enableCompileCache } = require('node:module');

enableCompileCache(process.env.NODE_COMPILE_CACHE || join(__dirname, 'node_modules/.cache/tallybot'));
