import { Link } from '@tanstack/react-router';
import { whole } from '@/text/numbers';
import { duration, measure } from '../measure';
import { useAdminText } from '../text';
import type { Monitor } from '../types';

/** What waits, what is remembered, and who is connected: for those who administer the installation. */
export function Inside({ monitor }: { monitor: Monitor }) {
  const a = useAdminText();
  const m = a.monitor;
  const { jobs, caches } = monitor;
  return (
    <div className="ainside">
      <section className="acard" aria-label={m.jobs}>
        <div className="acard-head">
          <h3>{m.jobs}</h3>
          <Link to="/admin/jobs">{m.allJobs}</Link>
        </div>
        {jobs.length === 0 ? (
          <p className="quiet">{m.noJobs}</p>
        ) : (
          <div className="table-wrap" tabIndex={0} role="region" aria-label={m.jobs}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{a.jobs.kind}</th>
                  <th scope="col" className="number">
                    {m.waiting}
                  </th>
                  <th scope="col" className="number">
                    {m.running}
                  </th>
                  <th scope="col" className="number">
                    {m.failed}
                  </th>
                  <th scope="col" className="number">
                    {m.oldest}
                  </th>
                </tr>
              </thead>
              <tbody>
                {jobs.map((job) => (
                  <tr key={job.kind}>
                    <th scope="row">{job.kind}</th>
                    <td className="number">{whole(job.waiting)}</td>
                    <td className="number">{whole(job.running)}</td>
                    <td className="number" data-bad={job.failed > 0 || undefined}>
                      {whole(job.failed)}
                    </td>
                    <td className="number">
                      {job.waiting === 0 ? '–' : duration(job.oldest_seconds * 1000)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <section className="acard" aria-label={m.caches}>
        <div className="acard-head">
          <h3>{m.caches}</h3>
          <p>{m.sockets(monitor.sockets)}</p>
        </div>
        {caches.length === 0 ? (
          <p className="quiet">{m.noCaches}</p>
        ) : (
          <div className="table-wrap" tabIndex={0} role="region" aria-label={m.caches}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{m.cache}</th>
                  <th scope="col" className="number">
                    {m.hitRate}
                  </th>
                  <th scope="col" className="number">
                    {m.asked}
                  </th>
                  <th scope="col" className="number">
                    {m.entries}
                  </th>
                </tr>
              </thead>
              <tbody>
                {caches.map((cache) => {
                  const asked = cache.hits + cache.misses;
                  return (
                    <tr key={cache.name}>
                      <th scope="row">{cache.name}</th>
                      <td className="number">
                        {asked === 0 ? '–' : measure('ratio', cache.hits / asked)}
                      </td>
                      <td className="number">{whole(asked)}</td>
                      <td className="number">
                        {cache.entries === null ? '–' : whole(cache.entries)}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </div>
  );
}
