import type { ComponentChildren, VNode } from 'preact';

/** Names and values, one below the other. A value that is null, undefined or false is left out with its name. */
export function Facts({ of }: { readonly of: Readonly<Record<string, ComponentChildren>> }): VNode {
  const facts = Object.entries(of).filter(
    ([, value]) => value !== null && value !== undefined && value !== false,
  );
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
