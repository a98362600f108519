import { PgBoss } from 'pg-boss';

/** pg-boss on a database, started; its queue wakes workers by NOTIFY. Maintenance is on, as it is by default. */
export async function openBoss({ databaseUrl, queue }, options = {}) {
  const boss = new PgBoss({ connectionString: databaseUrl, schedule: false, ...options });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  if (!(await boss.getQueue(queue))) await boss.createQueue(queue, { notify: true });
  return boss;
}
