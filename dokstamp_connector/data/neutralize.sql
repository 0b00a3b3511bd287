-- A copy for testing must not reach DokStamp: no credentials, no address, nothing connected.
UPDATE dokstamp_account
   SET stored_client_secret = NULL,
       stored_password = NULL,
       client_id = NULL,
       login = NULL,
       -- a document that is made for a trial must not carry the school's signature
       sign_documents = 'no',
       signing_certificate_id = NULL,
       base_url = 'https://neutralized.example.com',
       -- of no database: whoever connects it in the copy answers the question of Resume
       database_uuid = CASE WHEN database_uuid IS NULL THEN NULL ELSE 'neutralized' END,
       state = 'draft';
