import type { Metadata } from "next";
import { NewSecretPage } from "./new-secret-page.tsx";

export const metadata: Metadata = { title: "Register a secret" };

export default function Page() {
  return <NewSecretPage />;
}
