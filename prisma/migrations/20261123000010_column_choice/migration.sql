-- Which columns of which list a person took away: keys of columns, by list.
ALTER TABLE console.preference
  ADD COLUMN without jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(without) = 'object');
