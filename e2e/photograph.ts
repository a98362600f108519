import { readFileSync } from 'node:fs';

/** A real photograph, taken with the camera held upright: its pixels lie on their side, its EXIF orientation says so. */
export const photograph = readFileSync(new URL('../tools/stack/assets/photo.jpg', import.meta.url));
