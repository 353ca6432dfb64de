import { writeAudit } from './audit.ts';
import { type Op, OpsProblem } from './op.ts';

export const pause: Op = {
  name: 'pause',
  usage: '["why, as members are to read it"]',
  about: 'begins no more asks; payments and running answers go on',
  changes: true,
  options: [],
  async run(deps, request) {
    const reason = request.args.join(' ');
    try {
      await deps.brakes.pause(reason);
    } catch (error) {
      if (error instanceof RangeError) throw new OpsProblem(error.message);
      throw error;
    }
    await writeAudit(deps, request, 'the bot', { what: 'paused', reason });
    return {
      facts: { paused: true, reason },
      lines: ['Paused: asks are refused with that reason until `resume`. Running answers end, and money goes on.'],
    };
  },
};

export const resume: Op = {
  name: 'resume',
  usage: '',
  about: 'takes asks again',
  changes: true,
  options: [],
  async run(deps, request) {
    const before = await deps.brakes.state();
    await deps.brakes.resume();
    await writeAudit(deps, request, 'the bot', { what: 'resumed', before });
    return {
      facts: { paused: false, was: before },
      lines: [before === null ? 'It was not paused.' : 'Asks are taken again.'],
    };
  },
};
