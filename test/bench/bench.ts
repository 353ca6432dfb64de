import { benchChat } from './sections/chat.ts';

console.log(await benchChat('slack'));
console.log(await benchChat('discord'));
