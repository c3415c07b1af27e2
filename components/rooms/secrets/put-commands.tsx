import { CopyButton } from "../../ui/copy-button.tsx";

/** How a secret gets its value: on somebody's own machine, sealed there. A browser never has one [BROWSER-1]. */
export function PutCommands({ name }: { name: string }) {
  const commands = [
    ["A value that you have", `secrets put ${name} --stdin`],
    ["A value that nobody sees", `secrets generate ${name}`],
  ] as const;
  return (
    <div className="text-sm">
      <p className="max-w-prose text-quiet">
        A value is put from the command line: it is sealed on that machine to the key service, and a
        browser never has it.
      </p>
      <dl className="mt-2">
        {commands.map(([what, command]) => (
          <div key={what} className="border-t border-line py-(--row-y)">
            <dt className="text-quiet">{what}</dt>
            <dd className="flex items-start justify-between gap-2">
              <code className="min-w-0 break-all">{command}</code>
              <CopyButton text={command} what="command" />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
