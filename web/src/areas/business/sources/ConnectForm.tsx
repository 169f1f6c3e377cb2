import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Icon } from '@/components/Icon';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { ConnectorType, SourceRole } from '../types';
import { firstValues, sentValues } from './fields';
import { ManifestInput } from './ManifestInput';
import { useConnect } from './sources';

/** The form that a manifest draws; it is checked against the source before anything is kept. */
export function ConnectForm({ type }: { type: ConnectorType }) {
  const t = useText();
  const b = useBusinessText();
  const navigate = useNavigate();
  const connect = useConnect();
  const [name, setName] = useState('');
  const [values, setValues] = useState(() => firstValues(type.fields));
  const [role, setRole] = useState<SourceRole>(type.role);
  const failure = isFailure(connect.error) ? connect.error : null;
  const errorOf = (field: string) => failure?.field(`values.${field}`) ?? failure?.field(field);
  // What is said at its field need not be said again.
  const unsaid = failure && !type.fields.some((f) => errorOf(f.name));

  return (
    <div className="bconnect">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          connect.mutate(
            { type: type.type, name: name.trim() || undefined, values: sentValues(values), role },
            {
              onSuccess: (made) => {
                toast(b.connect.done(made.name || made.title));
                void navigate({
                  to: '/business/sources/$sourceId',
                  params: { sourceId: made.id },
                });
              },
            },
          );
        }}
      >
        {type.fields.map((field) => (
          <ManifestInput
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            error={errorOf(field.name)}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
        <Field
          label={b.connect.optional(b.connect.name)}
          hint={b.connect.nameHint}
          error={failure?.field('name')}
        >
          {(props) => (
            <input
              {...props}
              className="input"
              maxLength={80}
              placeholder={type.title}
              value={name}
              onChange={(e) => setName(e.target.value)}
            />
          )}
        </Field>
        {type.role === 'payments' && (
          <Field label={b.connect.role} hint={b.connect.roleHint}>
            {(props) => (
              <select
                {...props}
                className="input"
                value={role}
                onChange={(e) => setRole(e.target.value as SourceRole)}
              >
                <option value="payments">{b.roles.payments}</option>
                <option value="sales">{b.roles.sales}</option>
              </select>
            )}
          </Field>
        )}
        {unsaid && <Notice look="danger">{describe(failure, t)}</Notice>}
        {connect.isPending && <p role="status">{b.connect.checking(type.title)}</p>}
        <div className="form-end">
          <Button type="submit" look="main" busy={connect.isPending}>
            {type.upload ? b.connect.next : b.connect.submit}
          </Button>
        </div>
      </form>
      <aside className="bconnect-side" aria-label={b.connect.about(type.title)}>
        {type.scopes.length > 0 && (
          <>
            <h2>{b.connect.scopes}</h2>
            <ul>
              {type.scopes.map((scope) => (
                <li key={scope}>
                  <Icon name="check" size={15} />
                  {scope}
                </li>
              ))}
            </ul>
          </>
        )}
        {type.limits.length > 0 && (
          <>
            <h2>{b.connect.limits}</h2>
            <ul>
              {type.limits.map((limit) => (
                <li key={limit}>
                  <Icon name="info" size={15} />
                  {limit}
                </li>
              ))}
            </ul>
          </>
        )}
        <h2>{b.connect.safe}</h2>
        <p className="quiet">{b.connect.safeText}</p>
      </aside>
    </div>
  );
}
