# One image for every service: docker build --build-arg APP=image-worker .
FROM node:22-bookworm-slim AS build
WORKDIR /jobstream
COPY . .
ENV NX_DAEMON=false NX_TUI=false
RUN npm ci --ignore-scripts && npx nx run-many -t build && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
ARG APP
RUN test -n "$APP" && mkdir /objects && chown node:node /objects
WORKDIR /jobstream
COPY --from=build /jobstream /jobstream
ENV NODE_ENV=production APP=${APP} PORT=3000 STORAGE_DIR=/objects
USER node
# exec: SIGTERM has to reach Node, which then finishes running work.
ENTRYPOINT ["sh", "-c", "exec node --enable-source-maps --max-semi-space-size=32 apps/$APP/dist/bundle.js \"$@\"", "--"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
