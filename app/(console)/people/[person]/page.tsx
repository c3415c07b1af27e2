import type { Metadata } from "next";
import { PersonPage } from "./person-page.tsx";

export const metadata: Metadata = { title: "Person" };

export default async function Page({ params }: { params: Promise<{ person: string }> }) {
  const { person } = await params;
  return <PersonPage person={decodeURIComponent(person)} />;
}
