-- What environments get of this database (./padlock backup anonymise): whose a row is stays here.
UPDATE visits SET subject = 'anonymous|' || gen_random_uuid();
