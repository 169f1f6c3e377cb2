import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Connector, ConnectorType } from '../types';
import { changedValues, formValues } from './fields';
import { ManifestInput } from './ManifestInput';
import { useChangeConnector } from './sources';

/** What a source was connected with, to be changed. */
export function SourceValues({
  connector,
  type,
}: {
  connector: Connector;
  type: ConnectorType | undefined;
}) {
  const t = useText();
  const b = useBusinessText();
  const change = useChangeConnector(connector.id);
  const fields = type?.fields ?? [];
  const [name, setName] = useState(connector.name);
  const [form, setForm] = useState<Record<string, string> | null>(null);
  const values = form ?? formValues(fields, connector.values);
  const changed = changedValues(fields, connector.values, values);
  const touched = form !== null && Object.keys(changed).length > 0;
  const renamed = name.trim() !== '' && name.trim() !== connector.name;
  const failure = isFailure(change.error) ? change.error : null;
  return (
    <PageSection title={b.sources.settings}>
      <form
        className="stack bnarrow"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(
            {
              ...(renamed ? { name: name.trim() } : {}),
              ...(touched ? { values: changed } : {}),
            },
            {
              onSuccess: () => {
                setForm(null);
                toast(b.sources.saved);
              },
            },
          );
        }}
      >
        <Field label={b.connect.name} error={failure?.field('name')}>
          {(props) => (
            <input
              {...props}
              className="input"
              maxLength={80}
              value={name}
              onChange={(e) => setName(e.target.value)}
            />
          )}
        </Field>
        {fields.map((field) => (
          <ManifestInput
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            stored={field.kind === 'secret' ? connector.values[field.name] : undefined}
            error={failure?.field(`values.${field.name}`) ?? failure?.field(field.name)}
            onChange={(value) => setForm({ ...values, [field.name]: value })}
          />
        ))}
        {change.error && <Notice look="danger">{describe(change.error, t)}</Notice>}
        <div className="form-end">
          <Button type="submit" busy={change.isPending} disabled={!touched && !renamed}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </PageSection>
  );
}
