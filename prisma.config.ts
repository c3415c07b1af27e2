import { defineConfig } from "prisma/config";

/** Migrations run as the database's administrator; `scripts/prisma.mjs` passes the address. */
const url = process.env.DATABASE_URL;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(url === undefined ? {} : { datasource: { url } }),
});
