import { tellStory } from './story.ts';

tellStory('discord');
