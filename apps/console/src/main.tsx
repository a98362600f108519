import { render } from 'preact';
import { Frame } from './frame/frame.js';
import { followKeys } from './keys/keyboard.js';
import { followPlace } from './place/place.js';
import { readCaller } from './server/caller.js';
import './console.css';

followPlace();
followKeys();
void readCaller();
render(<Frame />, document.getElementById('console')!);
