import { Link } from "../patterns/link.tsx";
import { paths } from "../patterns/paths.ts";
import { Name } from "../ui/name.tsx";

export type Who = { readonly person: string; readonly name: string };

/** A person by name; one whose name was erased, or cannot be opened, by id. */
export function WhoName({ who, link = false }: { who: Who; link?: boolean }) {
  const shown = who.name === who.person ? <Name>{who.person}</Name> : who.name;
  return link ? (
    <Link
      href={paths.person(who.person)}
      className="text-ink underline decoration-edge underline-offset-2"
    >
      {shown}
    </Link>
  ) : (
    <span>{shown}</span>
  );
}
