/**
 * A script for the page of Swagger UI, which writes HTML as text: under Trusted Types a browser hands each such text to the policy
 * `default` first. It takes out what could run or lead elsewhere. `inert` only reads the text into a document that runs nothing.
 */
export const tameHtml = `if (globalThis.trustedTypes) {
  const inert = trustedTypes.createPolicy('inert', { createHTML: (html) => html });
  const running = /^(script|iframe|frame|object|embed|base|link|meta|form|template|noscript)$/;
  const leading = /^(href|src|srcdoc|xlink:href|action|formaction)$/;
  const harmless = /^(https?:|mailto:|data:image\\/|[^:]*$)/i;
  trustedTypes.createPolicy('default', {
    createHTML(html) {
      const { body } = new DOMParser().parseFromString(inert.createHTML(html), 'text/html');
      for (const element of body.querySelectorAll('*')) {
        if (running.test(element.localName)) element.remove();
        for (const { name, value } of [...element.attributes])
          if (name.startsWith('on') || (leading.test(name) && !harmless.test(value.trim()))) element.removeAttribute(name);
      }
      return body.innerHTML;
    },
  });
}
`;
