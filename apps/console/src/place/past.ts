import { computed } from '@preact/signals';
import { hrefOf, place } from './place.js';

/** Whether the URL asks for the past, by `at`: then everything is read only. */
export const isPast = computed(() => place.value.query.has('at'));

/** The time that is shown; undefined for the present, and where the URL names no time. */
export const shownAt = computed(() => {
  const at = new Date(place.value.query.get('at') ?? '');
  return Number.isNaN(at.getTime()) ? undefined : at;
});

/** The place that is shown, at another time; at none in the present. */
export function hrefAt(at: string | undefined): string {
  const { page, item, query } = place.value;
  return hrefOf(page, item, { ...Object.fromEntries(query), at });
}
